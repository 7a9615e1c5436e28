"""A case worked out by hand."""

import pytest
from made_days import FEEDBACK, HEADER, lines, with_settings


@pytest.fixture
def by_hand(project):
    """Six days. With maturity 1 day, 1 judging batch and as_of the 6th, the 5th judges and the 6th is immature."""
    project.write("raw/2026-10-01.csv", lines(HEADER, "a1,2026-10-01,red,1,", "a2,2026-10-01,red,1,x", "a3,2026-10-01,blue,,"))
    project.write(
        "raw/2026-10-02.csv",
        lines(
            HEADER,
            "b1,2026-10-02,red,1,",  # labelled by feedback
            "b2,2026-10-02,blue,1,raw",  # keeps the label it brought
            "b3,2026-10-02,blue,1,raw",  # feedback counts before the label it brought
            "b4,2026-10-02,mauve,-1,",  # two rules
            "b5,02/10/2026,red,1,",  # no ISO time
            "b1,2026-10-02,red,1,",  # repeated in its batch
            "b7,2026-10-02,red,1,",  # nobody labels it
            "b8,2026-10-02,red,1,raw",  # reviewers disagree
            "b9,2026-10-02,blue,1,raw",
            "b10,2026-10-02,blue,1,raw",
        ),
    )
    project.write("raw/2026-10-03.csv", lines(HEADER, "c1,2026-10-03,green,1,raw"))  # blocked: every row fails
    project.write(
        "raw/2026-10-05.csv",
        lines(
            HEADER,
            "d1,2026-10-05,red,1,",
            "g1,2026-10-05,red,1,raw",  # in the golden set
            "b2,2026-10-02,blue,1,raw",  # in an earlier batch
            "c1,2026-10-05,red,1,raw",  # the batch that brought it before was blocked
            "d5,2026-10-05,red,1,raw",
            "d6,2026-10-05,red,1,",
            "d7,2026-10-05,red,1,",
        ),
    )
    project.write("raw/2026-10-06.csv", lines(HEADER, "e1,2026-10-06,red,1,raw", "e2,2026-10-07,red,1,raw"))  # e2: after the end
    project.write(
        "feedback/2026-10.csv",
        lines(
            FEEDBACK,
            "b1,NA,ann,correct,2026-10-03,",
            "b3,own,ann,label,2026-10-03,",
            "b8,x,ann,label,2026-10-03,",
            "b8,y,bob,label,2026-10-03,",
            "d1,x,ann,label,2026-10-06,",
            "d6,,bob,skip,2026-10-06,",
            "b9,x,bob,guess,2026-10-06,",  # nothing that one can do
            "d6,x,bob,label,2026-10-07,",  # not known yet on the 6th
            "a1,x,ann,label,2026-10-02,",  # its row has expired
            "g2,x,bob,label,2026-10-05,",  # a gold question
            "b1,y,ann,label,2026-10-02T12:00,",  # ann thinks otherwise a day later
            "d7,x,cem,label,2026-10-06,slow",
            "e1,x,ann,label,2026-10-06,",  # its row is immature
        ),
    )
    project.write("golden/set.csv", lines("id,color,size,label", "g1,red,1,x", "g2,red,1,x"))
    return project


@pytest.fixture
def worked(by_hand, make_project):
    """The case by hand, with the batch of the 1st expired: 5 days up to the 6th begin on the 2nd."""
    return with_settings(by_hand, make_project, **{"split.training_days": 5, "split.recent_batches": 2})

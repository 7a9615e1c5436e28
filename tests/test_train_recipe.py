"""Search, weights and calibration in the train stage: what was chosen is used, said and the same each time."""

import numpy as np
import pandas as pd
import pytest
import yaml
from made_training import days, rows, settings, write

from stages import artefacts, train
from stages.artefacts import dvc_md5
from stages.errors import InputError
from stages.modelling import bundle
from stages.partitions import Partitions


@pytest.fixture
def here(project, monkeypatch):
    """Two days of training rows, in a small project to stand in."""
    monkeypatch.chdir(project.folder)
    write(days(2))
    return project.folder


def kept_card() -> dict:
    train.main()
    return bundle.read_card(artefacts.CANDIDATE)


def test_a_model_is_made_of_what_the_search_chose(here, capsys):
    write(days(4))
    settings(here, arguments={"C": 2.0, "max_iter": 300}, search={"C": [1e-5, 1.0]})
    found = kept_card()
    assert found["search"]["chosen"] == {"C": 1.0}  # so strongly held back, a model only says the most frequent class
    assert [tried["arguments"] for tried in found["search"]["tried"]] == [{"C": 1e-5}, {"C": 1.0}]
    assert (found["search"]["metric"], found["search"]["rows"], found["search"]["folds"]) == ("accuracy", 240, 3)
    estimator = bundle.load(artefacts.CANDIDATE, ["sklearn"]).model.named_steps["estimator"]
    assert (estimator.C, estimator.max_iter) == (1.0, 300)
    assert capsys.readouterr().out.endswith("on 240 rows through 2026-03-05; C 1.0\n")


def test_the_forerunner_takes_what_was_chosen_and_does_not_search_again(here, monkeypatch):
    searches, recipes = [], []
    find, learn = train.search, train.learn
    monkeypatch.setattr(train, "search", lambda *inputs: searches.append(1) or find(*inputs))
    monkeypatch.setattr(train, "learn", lambda part, recipe: recipes.append(recipe.train.arguments["C"]) or learn(part, recipe))
    settings(here, search={"C": [1e-5, 1.0]})
    train.main()
    assert (len(searches), recipes) == (1, [1.0, 1.0])


def test_a_search_asks_for_the_metric_of_the_gate(here):
    # Of rows that are all but a few "no", to say "no" is accurate, and as good as a guess when both classes count the same.
    odd = {name: frame.assign(label=np.where(frame["size"] > 1.3, "yes", "no")) for name, frame in days(3).items()}
    write(odd)
    settings(here, search={"C": [1e-5, 1.0]})
    whole = yaml.safe_load((here / "params.yaml").read_text())
    scores = []
    for metric in ("accuracy", "balanced_accuracy"):
        whole["gate"]["primary"] = metric
        (here / "params.yaml").write_text(yaml.safe_dump(whole))
        scores.append([tried["score"] for tried in kept_card()["search"]["tried"]])
    shares = [(frame["label"] == "no").mean() for frame in list(odd.values())[1:]]
    assert scores[0][0] == pytest.approx(np.mean(shares), abs=1e-6)
    assert scores[1][0] == 0.5


def test_the_holdout_has_no_part_in_training(here):
    settings(here, search={"C": [1e-5, 1.0]}, calibration="sigmoid")
    train.main()
    before = dvc_md5(artefacts.CANDIDATE)
    # A holdout on which the other candidate would win, were it looked at.
    write({"2026-03-04": rows(60, 5).assign(label="no")}, artefacts.HOLDOUT)
    train.main()
    assert dvc_md5(artefacts.CANDIDATE) == before


def test_of_one_batch_there_is_neither_search_nor_calibration_and_the_card_says_so(here, capsys):
    write(days(1))
    settings(here, search={"C": [1e-5, 1.0]}, calibration="temperature")
    found = kept_card()
    reason = "no older batch to learn from: one batch, or one label in all that came before"
    assert found["search"] == {"left_out": reason}
    assert found["calibration"] == {"method": "temperature", "left_out": "one batch only"}
    assert capsys.readouterr().out.endswith(f"; no search ({reason}); no calibration (one batch only)\n")


def test_neither_is_said_where_neither_was_asked_for(here):
    found = kept_card()
    assert (found["search"], found["calibration"]) == (None, None)


def test_mended_probabilities_are_kept_and_the_same_each_time(here):
    settings(here, calibration="sigmoid", class_weight="balanced", search={"C": [0.1, 1.0]})
    assert kept_card()["calibration"] == {"method": "sigmoid", "rows": 60}
    before = dvc_md5(artefacts.CANDIDATE)
    train.main()
    assert dvc_md5(artefacts.CANDIDATE) == before
    said = bundle.load(artefacts.CANDIDATE, ["sklearn"]).model.predict_proba(rows(60, 0)[["color", "size"]])
    assert said.sum(axis=1) == pytest.approx(1)


def test_labels_of_a_source_count_as_much_as_params_say(here):
    # The same rows labelled twice, rightly and the other way round: the source that counts for more is heard.
    right = rows(120, 1).assign(label_source="raw")
    wrong = right.assign(label=np.where(right["label"] == "yes", "no", "yes"), label_source="feedback")
    write({"2026-03-02": pd.concat([right, wrong], ignore_index=True)})
    for trusted, share in (({"feedback": 0.1}, 1.0), ({"raw": 0.1}, 0.0)):
        settings(here, source_weights=trusted)
        train.main()
        answers = bundle.load(artefacts.CANDIDATE, ["sklearn"]).model.predict(right[["color", "size"]])
        assert (answers == right["label"]).mean() == pytest.approx(share, abs=0.1)


def test_rows_without_a_source_are_no_rows_for_source_weights(here):
    settings(here, source_weights={"raw": 2})
    with pytest.raises(InputError, match=r"must have the column 'label_source', got others; run `dvc repro validate`"):
        train.main()


def test_a_search_is_judged_by_what_wrong_answers_cost(here):
    # To miss a "yes" costs the row's own price, which only big sizes have: whoever says "no" throughout pays for all of them.
    write({name: frame.assign(price=np.where(frame["label"] == "yes", 10.0, 1.0)) for name, frame in days(3).items()})
    settings(here, search={"C": [1e-5, 1.0]})
    judge(here, {"column": "price"})
    by_column = [tried["score"] for tried in kept_card()["search"]["tried"]]
    judge(here, {"matrix": {"yes": {"no": 10.0}, "no": {"yes": 1.0}}})
    by_matrix = [tried["score"] for tried in kept_card()["search"]["tried"]]
    # The class that the older days have most of is answered throughout: the other one is wrong.
    older, costs = [], []
    for frame in days(3).values():
        if older:
            most = pd.concat(older)["label"].mode()[0]
            costs.append(np.where(frame["label"] == most, 0, np.where(frame["label"] == "yes", 10, 1)).mean())
        older.append(frame)
    assert by_column[0] == by_matrix[0] == pytest.approx(-np.mean(costs), abs=1e-6)
    assert by_column == by_matrix
    assert by_column[1] > by_column[0]


def judge(folder, cost: dict) -> None:
    """Make the mean cost of an answer the gate's metric."""
    whole = yaml.safe_load((folder / "params.yaml").read_text())
    whole["evaluate"] |= {"cost": cost, "metrics": ["neg_mean_cost"]}
    whole["gate"] |= {"primary": "neg_mean_cost", "floors": {}}
    (folder / "params.yaml").write_text(yaml.safe_dump(whole))


def test_a_search_ranks_for_each_user(here):
    # Every user has one row a day that is worth something, so the first place is right or wrong for each.
    random, frames = np.random.default_rng(0), {}
    for name in days(3):
        worth = np.tile([1.0, 0.0, 0.0], 30)
        size = worth + random.normal(0, 0.1, 90)
        frames[name] = pd.DataFrame(
            {"color": "red", "size": size, "label": worth, "user": np.repeat(np.arange(30), 3).astype(str)}
        )
    out = Partitions(artefacts.TRAINING)
    for name, frame in frames.items():
        out.write(name, frame.astype({"color": "str", "user": "str"}))
    out.close()
    settings(here, estimator="sklearn.neighbors.KNeighborsRegressor", arguments={}, search={"n_neighbors": [30, 90]})
    whole = yaml.safe_load((here / "params.yaml").read_text())
    whole |= {"task": "regression"}
    whole["columns"] |= {"group": "user"}
    whole["evaluate"] |= {"metrics": ["reciprocal_rank"]}
    whole["gate"] |= {"primary": "reciprocal_rank", "floors": {}}
    (here / "params.yaml").write_text(yaml.safe_dump(whole))
    found = kept_card()["search"]
    assert found["chosen"] == {"n_neighbors": 30}
    assert found["tried"][0]["score"] == 1.0
    assert found["tried"][1]["score"] < 1.0

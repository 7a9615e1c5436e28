"""The evaluate stage on hand-made models: both on the same rows, quality byte for byte, speed in a file of its own."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from stages import artefacts, evaluate, trigger
from stages.artefacts import dvc_md5
from stages.errors import InputError, Refused, UntrustedModel, UsageError
from stages.modelling import bundle
from stages.ops.versions.evidence import same_when_made_again
from stages.partitions import Partitions
from stages.settings import load

# The tree learns that yes begins at a size of 10. On the holdout it is wrong in rows 3 and 8; always "no" in rows 5 to 8.
HOLDOUT = pd.DataFrame(
    {
        "color": ["red"] * 4 + ["blue"] * 4,
        "size": [1.0, 2.0, 30.0, 4.0, 15.0, 16.0, 17.0, 8.0],
        "label": ["no"] * 4 + ["yes"] * 4,
    }
)
CARD = {"trained_through": "2026-03-01", "versions": {"numpy": "2"}}


def keep(folder: Path, estimator, target, card=CARD) -> None:
    frame = pd.DataFrame({"color": 0.0, "size": [1.0, 5.0, 11.0, 20.0]})
    model = Pipeline([("sizes", ColumnTransformer([("size", "passthrough", ["size"])])), ("estimator", estimator)]).fit(
        frame, target
    )
    bundle.save(folder, model, {}, card)


def write(frame: pd.DataFrame, name: str = "2026-03-02") -> None:
    out = Partitions(artefacts.HOLDOUT)
    out.write(name, frame)
    out.close()


def settings(folder: Path, **changes) -> None:
    whole = yaml.safe_load((folder / "params.yaml").read_text())
    for key, value in changes.items():
        section, _, name = key.partition("__")
        whole[section] = value if not name else whole[section] | {name: value}
    (folder / "params.yaml").write_text(yaml.safe_dump(whole))


@pytest.fixture
def here(project, monkeypatch):
    """A dummy in production, a tree as candidate, eight rows to judge on, in a small project to stand in."""
    monkeypatch.chdir(project.folder)
    keep(artefacts.BASELINE, DummyClassifier(), ["no", "no", "no", "yes"])
    keep(artefacts.CANDIDATE, DecisionTreeClassifier(random_state=0), ["no", "no", "yes", "yes"])
    write(HOLDOUT.astype({"color": "str", "label": "str"}))
    settings(
        project.folder,
        evaluate={
            "metrics": ["accuracy", "neg_log_loss"], "segments": ["color"], "cost": None, "latency_rounds": 5, "latency_rows": 4,
        },
        gate__min_segment_rows=4,
        gate__critical=["color=green"],
    )  # fmt: skip
    return project.folder


def comparison() -> dict:
    return json.loads(artefacts.COMPARISON.read_text())


def test_both_models_are_scored_on_the_same_rows(here, capsys):
    evaluate.main()
    found = comparison()["holdout"]
    assert found["n"] == 8
    assert found["baseline"]["accuracy"] == 0.5
    assert found["candidate"]["accuracy"] == 0.75
    gain = found["primary"]
    assert (gain["delta"], gain["won"], gain["lost"]) == (0.25, 3, 1)  # row 3 is lost, rows 5, 6 and 7 are won
    assert gain["lower"] < 0 < gain["upper"]  # McNemar's z is 2 / sqrt(4) = 1
    assert json.loads(artefacts.EVALUATION.read_text()) == {"holdout": found["candidate"]}
    assert capsys.readouterr().out == "evaluate: accuracy 0.5000 → 0.7500 on 8 rows\n"


def test_every_segment_is_compared_and_a_critical_one_is_listed_without_rows(here):
    evaluate.main()
    found = {gain["segment"]: (gain["n"], gain["delta"]) for gain in comparison()["segments"]}
    assert found == {"color=blue": (4, 0.75), "color=green": (0, None), "color=red": (4, -0.25)}


def test_what_was_compared_is_named_by_md5(here):
    evaluate.main()
    compared = comparison()["compared"]
    folders = {name: getattr(artefacts, name.upper()) for name in ("baseline", "candidate", "holdout", "golden")}
    assert {name: compared[name] for name in folders} == {name: dvc_md5(folder) for name, folder in folders.items()}
    assert (compared["holdout_starts"], compared["trained_past_holdout"]) == ("2026-03-02", [])


def test_a_model_trained_into_the_holdout_is_named(here):
    keep(artefacts.BASELINE, DummyClassifier(), ["no", "no", "no", "yes"], CARD | {"trained_through": "2026-03-02"})
    evaluate.main()
    assert comparison()["compared"]["trained_past_holdout"] == ["baseline"]


def test_quality_reproduces_byte_for_byte_and_speed_has_its_own_file(here):
    def kept() -> dict[str, bytes]:
        files = [file for file in Path("metrics").rglob("*") if file.is_file() and file != artefacts.LATENCY]
        return {str(file): file.read_bytes() for file in files}

    evaluate.main()
    first = kept()
    evaluate.main()
    assert kept() == first
    assert not any(b"_ms" in content for content in first.values())
    assert json.loads(artefacts.LATENCY.read_text())["batch"]["rows"] == 4


def test_the_golden_set_is_scored_for_both_models(here, project):
    project.write("golden/golden.csv", "id,color,size,label\ng1,red,3,no\ng2,red,12,yes\ng3,blue,13,no\n")
    evaluate.main()
    golden = comparison()["golden"]
    assert (golden["baseline"]["accuracy"], golden["candidate"]["accuracy"]) == (0.666667, 0.666667)
    assert json.loads(artefacts.EVALUATION.read_text())["golden"]["n"] == 3
    assert artefacts.GOLDEN_ANSWERS.read_text() == "id,truth,answer\ng1,no,no\ng2,yes,yes\ng3,no,yes\n"


def test_golden_answers_hold_probabilities_where_the_primary_metric_reads_them(here, project):
    settings(here, gate__primary="neg_log_loss")
    project.write("golden/golden.csv", "id,color,size,label\ng2,red,12,yes\ng1,red,3,no\n")
    evaluate.main()
    text = artefacts.GOLDEN_ANSWERS.read_text()
    assert text == "id,truth,answer,p:no,p:yes\ng1,no,no,1,0\ng2,yes,yes,0,1\n"


def test_without_a_golden_set_its_answers_are_a_header(here):
    evaluate.main()
    assert artefacts.GOLDEN_ANSWERS.read_text() == "id,truth,answer\n"
    assert "golden" not in comparison()


def test_rows_of_one_group_are_counted_as_one(here, project):
    settings(here, columns__group="caller")
    write(HOLDOUT.assign(caller=["a", "a", "b", None, "c", "c", "c", None]).astype({"color": "str", "label": "str"}))
    project.write("golden/golden.csv", "id,color,size,label,caller\ng1,red,3,no,a\ng2,red,12,yes,a\n")
    evaluate.main()
    assert comparison()["holdout"]["primary"]["groups"] == 5  # a, b, c and two rows without a caller
    assert comparison()["golden"]["primary"]["groups"] == 1


def test_calibration_and_classes_that_are_never_answered_are_compared(here):
    write(HOLDOUT.assign(size=1.0).astype({"color": "str", "label": "str"}))  # the tree now says no to all, four of them yes
    evaluate.main()
    assert comparison()["never_predicted"] == ["yes"]
    kept = comparison()["calibration"]
    # The tree says no with 1, and is right in half of the rows; the dummy says no with 0.75.
    error, brier = kept["expected_calibration_error"], kept["neg_brier_score"]
    assert (error["baseline"], error["candidate"]) == (0.25, 0.5)
    assert (brier["baseline"], brier["candidate"]) == (-(4 * 0.25**2 + 4 * 0.75**2) / 8, -0.5)


def test_a_matrix_of_costs_is_a_metric_and_a_comparison(here):
    settings(here, evaluate__metrics=["accuracy", "neg_mean_cost"])
    settings(here, evaluate__cost={"matrix": {"no": {"yes": 3.0}, "yes": {"no": 10.0}}})
    evaluate.main()
    # The dummy takes four yes for no, the tree one; it takes one no for yes.
    assert comparison()["holdout"]["baseline"]["neg_mean_cost"] == -40 / 8
    assert comparison()["holdout"]["candidate"]["neg_mean_cost"] == -(10 + 3) / 8
    assert comparison()["cost"]["delta"] == 27 / 8


def test_a_column_of_costs_is_paid_by_the_rows_that_are_answered_wrongly(here):
    settings(here, evaluate__cost={"column": "euro"})
    write(HOLDOUT.assign(euro=[float(k) for k in range(1, 9)]).astype({"color": "str", "label": "str"}))
    evaluate.main()
    # The dummy is wrong in rows 5 to 8: 26; the tree in rows 3 and 8: 11.
    assert (comparison()["cost"]["baseline"], comparison()["cost"]["candidate"]) == (-26 / 8, -11 / 8)


def test_a_row_without_a_cost_is_one_line_and_so_is_a_holdout_without_the_column(here):
    settings(here, evaluate__cost={"column": "euro"})
    with pytest.raises(InputError, match="must have the column 'euro'"):
        evaluate.main()
    write(HOLDOUT.assign(euro=[1.0] * 6 + [None] * 2).astype({"color": "str", "label": "str"}))
    with pytest.raises(InputError, match="'euro' must hold a cost for every row that judges, got 2 gaps"):
        evaluate.main()


def test_a_matrix_that_does_not_know_a_class_is_one_line(here):
    settings(here, evaluate__cost={"matrix": {"no": {"yes": 3.0}}})
    with pytest.raises(UsageError, match=r"evaluate\.cost\.matrix must say what each wrong answer costs"):
        evaluate.main()


def test_a_ranking_needs_to_know_for_whom(here):
    settings(here, evaluate__metrics=["accuracy", "ndcg_at_5"])
    with pytest.raises(UsageError, match=r"columns\.group must name whom ndcg_at_5 ranks for, got null"):
        evaluate.main()


@pytest.mark.parametrize("name", get_scorer_names())
def test_metrics_that_read_probabilities_are_known(name):
    """Of scikit-learn's scorers, by what they ask an estimator for."""
    assert evaluate.reads_probabilities(name) == (get_scorer(name)._response_method != "predict")


def test_an_undefined_metric_is_null(here):
    write(HOLDOUT.assign(label="maybe").astype({"color": "str", "label": "str"}))
    evaluate.main()
    assert json.loads(artefacts.EVALUATION.read_text())["holdout"] == {"n": 8, "accuracy": 0.0, "neg_log_loss": None}


def test_regression_is_compared_too(here):
    settings(here, task="regression", evaluate__metrics=["neg_mean_absolute_error", "r2"])
    settings(here, gate__primary="neg_mean_absolute_error", gate__floors={})
    keep(artefacts.BASELINE, DummyRegressor(), [2.0, 6.0, 12.0, 21.0])  # always says 10.25
    keep(artefacts.CANDIDATE, LinearRegression(), [2.0, 6.0, 12.0, 21.0])  # size + 1
    write(HOLDOUT.assign(label=HOLDOUT["size"] + 1).astype({"color": "str"}))
    evaluate.main()
    found = comparison()["holdout"]
    # |truth - 10.25| of 2, 3, 31, 5, 16, 17, 18, 9: 8.25 + 7.25 + 20.75 + 5.25 + 5.75 + 6.75 + 7.75 + 1.25 = 63 over 8.
    assert found["baseline"]["neg_mean_absolute_error"] == -7.875
    assert found["candidate"]["r2"] == pytest.approx(1)
    assert (artefacts.PLOTS / "errors.csv").is_file()


def test_a_holdout_without_rows_is_one_line(here):
    write(HOLDOUT.head(0).astype({"color": "str", "label": "str"}))
    with pytest.raises(InputError, match="data/holdout must hold labelled rows, got none"):
        evaluate.main()


def test_an_unknown_metric_is_refused_before_anything_is_loaded(here):
    settings(here, evaluate__metrics=["accuracy", "f1_marco"])
    with pytest.raises(UsageError, match="did you mean f1_macro"):
        evaluate.main()


def test_an_untrusted_candidate_is_refused_and_nothing_is_written(here):
    (artefacts.CANDIDATE / "model.skops").write_bytes(b"anything")
    with pytest.raises(UntrustedModel, match=r"models/candidate/model\.skops must be a whole skops file"):
        evaluate.main()
    assert not artefacts.COMPARISON.exists()


def test_evidence_that_was_edited_is_found_when_it_is_made_again(here, monkeypatch):
    evaluate.main()
    monkeypatch.setattr(trigger, "world_of", lambda params: None)
    monkeypatch.setattr(trigger, "judge", lambda world, params: {"verdict": "skip"})
    artefacts.write_json(artefacts.TRIGGER, {"verdict": "skip"})
    same_when_made_again(load())
    forgeries = {
        artefacts.EVALUATION: ("0.75", "0.95"),
        artefacts.COMPARISON: ("0.75", "0.95"),
        artefacts.GOLDEN_ANSWERS: ("id", "row"),
        artefacts.TRIGGER: ("skip", "retrain"),
    }
    for path, (old, new) in forgeries.items():
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        with pytest.raises(Refused, match=f"^{path} must be what the data and the models give"):
            same_when_made_again(load())
        path.write_text(text)
    same_when_made_again(load())

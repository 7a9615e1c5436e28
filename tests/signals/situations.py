"""The situations in which the data, the labels or the calendar speak, by name."""

from made_world import attempt, kpi, ledger, made_world, promotion, unlabelled, validation
from situation import Situation

DRIFTED = {"2026-W12": 0.7, "2026-W13": 0.7}  # red rows in the recent weeks, half are usual
WORSE = {"2026-W09": 0.7, "2026-W10": 0.7}  # right answers in the fresh weeks, 80 % were promised
NO_KPI = kpi().head(0)
OLD = ledger(promotion(77, 1), promotion(30))  # the cadence of 21 days has passed
MODEST = (0.6, 0.55)  # what scores say where 90 % and 70 % are right
CORRECTED = {"correct": 90, "confirm": 110, "skip": 5}  # 45 % of 200
NO_ANSWERS, NO_FILE = dict.fromkeys(CORRECTED, 0), {"file": None, "verdict": None, "lines": 0, "refused": 0, "disputed": 0}
OWN = {"file": "raw/2026-W10.csv", "lines": 200, "refused": 4, "correct": 90, "confirm": 110}


def storm(first: int, last: int) -> dict[str, list[dict[str, str]]]:
    """A one-off from one day of March to another."""
    return {"one_offs": [{"starts": f"2026-03-{first:02d}", "ends": f"2026-03-{last:02d}", "what": "Storm in the north"}]}


DATA = {
    "drift with stable performance and a stable business": Situation(
        what="rows have changed; the model does as well as it promised, and so does the business",
        world=lambda params: made_world(params, red=DRIFTED),
        verdict="investigate",
        held=("drift",),
        fired=("feature_drift",),
        do="find out what changed, and write it into `data/events.yaml`; it is learned with the refresh, or when it hurts",
    ),
    "drift, and nothing is known of the business": Situation(
        what="rows have changed, and there is no KPI: unknown is not stable",
        world=lambda params: made_world(params, red=DRIFTED, kpi=NO_KPI),
        verdict="investigate",
        held=("drift",),
        fired=("feature_drift",),
        dark=("kpi_fall", "kpi_slope"),
        do="as above, and record a KPI: `data/kpi.csv`",
    ),
    "drift when the refresh is due": Situation(
        what="rows have changed, nothing suffers, and the planned refresh is due anyway",
        world=lambda params: made_world(params, red=DRIFTED, record=OLD),
        # 500 labels of rows since 2026-03-16: 7 days from the newest label (2026-03-08) on, and 11.7 at 2,400 in 56 days
        verdict="retrain",
        held=("cadence",),
        fired=("feature_drift", "cadence"),
        again="2026-04-17",
        do="nothing: train; another look is scheduled, because labels of the changed rows are still to come",
    ),
    "the newest files are blocked": Situation(
        what="three weeks of a handful of rows each were blocked: the newest accepted batch, and with it the day, stands still",
        world=lambda params: made_world(params, validation=validation(blocked={"2026-W14": 5, "2026-W15": 7, "2026-W16": 6})),
        verdict="investigate",
        held=("poor_data",),
        fired=("data_volume",),
        again="2026-04-26",  # the Sunday of W17
        do="see why so few rows come in; mend the export, or release the files that are right: `ratchet quarantine list`",
    ),
    "too few rows to see drift": Situation(
        what="all rows have changed, in two weeks of 300 rows, where 1,000 are asked for",
        world=lambda params: made_world(params, red={"2026-W12": 0.9, "2026-W13": 0.9}),
        verdict="skip",
        dark=("feature_drift", "prediction_drift"),
        do="raise `split.recent_batches`, or accept to see less; what could not be told is no all-clear",
        settings={"trigger.drift.min_rows": 1000},
    ),
    "performance drops on trusted labels": Situation(
        what="on fresh trusted labels the model does 10 points worse than it promised",
        world=lambda params: made_world(params, right=WORSE),
        verdict="retrain",
        held=("performance",),
        fired=("performance",),
        do="nothing: train, and let the gate compare",
    ),
    "scores say that performance drops": Situation(
        what="the model is far less sure of recent rows than of those whose labels have come in",
        world=lambda params: made_world(params, unlabelled=unlabelled((0.7, 0.55))),
        verdict="investigate",
        held=("estimated_performance",),
        fired=("estimated_performance",),
        do="have a sample of recent rows labelled first: an estimate from scores is no measurement",
    ),
    "scores are off, answers are not": Situation(
        what="as many answers are right as promised, and the scores promise far fewer",
        world=lambda params: made_world(params, sure=MODEST),
        verdict="investigate",
        held=("calibration",),
        fired=("calibration",),
        do="recalibrate what reads the scores; more training data alone does not help",
    ),
    "a one-off on record": Situation(
        what="a storm changed the rows of a week; it is over, and on record",
        world=lambda params: made_world(params, red={"2026-W12": 0.9}, events=storm(16, 18)),
        verdict="skip",
        held=("one_off",),
        fired=("feature_drift",),
        do="nothing: those days will not come again; keep them out of training with a data freeze if they are many",
    ),
    "a one-off that nobody recorded": Situation(
        what="rows had changed in the week before last, and in the newest one they are as usual",
        world=lambda params: made_world(params, red={"2026-W12": 0.9}),
        verdict="skip",
        held=("one_off",),
        fired=("feature_drift",),
        do="nothing; if you know what it was, write it under `one_offs` in `data/events.yaml`",
    ),
    "performance drops on the days of a one-off": Situation(
        what="answers got worse, and most of them came in while the storm was on",
        world=lambda params: made_world(params, right=WORSE, events=storm(1, 5)),
        verdict="skip",
        held=("one_off",),
        fired=("performance",),
        do="nothing: the next fresh batches tell whether it was the storm",
    ),
}

LABELS = {
    "many corrections while rows drift": Situation(
        what="people corrected 45 % of last week's outputs, new labels are too few to trust, and the rows have changed",
        world=lambda params: made_world(
            params, red=DRIFTED, through="2026-W09", validation=validation(feedback=CORRECTED)
        ),
        verdict="investigate", held=("correction_rate", "drift"), fired=("correction_rate",),
        do="read the diagnosis (here: drift); have corrected rows reviewed blind; retrain when the labels are there",
    ),
    "many corrections while scores are off": Situation(
        what="people corrected 45 % of last week's outputs, new labels are too few to trust, and the scores are off",
        world=lambda params: made_world(
            params, through="2026-W09", sure=MODEST, validation=validation(feedback=CORRECTED)
        ),
        verdict="investigate", held=("correction_rate", "calibration"), fired=("correction_rate", "calibration"),
        do="read the diagnosis (here: poor calibration); recalibrate what decides which outputs people see",
    ),
    "many corrections while rows are refused": Situation(
        what="people corrected 45 % of last week's outputs, new labels are too few to trust, and 10 % of the rows are refused",
        world=lambda params: made_world(
            params, through="2026-W09", validation=validation(quarantined=30, feedback=CORRECTED)
        ),
        verdict="investigate", held=("correction_rate", "poor_data"), fired=("correction_rate",),
        do="read the diagnosis (here: data quality); mend the export: `ratchet quarantine list`",
    ),
    "many corrections, and labels are trusted": Situation(
        what="people corrected 45 % of last week's outputs; their labels are many, and in order",
        world=lambda params: made_world(params, validation=validation(feedback=CORRECTED)),
        verdict="retrain", held=("correction_rate", "trusted_labels"), fired=("correction_rate",),
        do="nothing: train, and let the gate compare",
    ),
    "many outputs differ from their labels": Situation(
        what="nobody reviews outputs; 45 % of those of W10 differ from the labels that came with their rows, in `data/raw`",
        world=lambda params: made_world(
            params,
            record=ledger(promotion(28), attempt(14)),  # W10 is the version's own work
            validation=validation(feedback=NO_ANSWERS, newest_feedback=NO_FILE, raw_labels=OWN),
        ),
        verdict="retrain", held=("correction_rate", "trusted_labels"), fired=("correction_rate",),
        do="nothing: train, and let the gate compare",
    ),
    "poor labels": Situation(
        what="a third of the newest answers is refused or in conflict, whatever else speaks for retraining",
        world=lambda params: made_world(
            params, right=WORSE, record=OLD, validation=validation(refused=60, disputed=10, feedback=CORRECTED)
        ),
        verdict="blocked", held=("poor_labels",), fired=("performance", "correction_rate", "cadence"),
        do="mend the feedback, or release what is right: `ratchet quarantine list`",
    ),
    "the planned refresh is due": Situation(
        what="21 days have passed since the last promotion, and nothing else speaks",
        world=lambda params: made_world(params, record=OLD),
        verdict="retrain", held=("cadence",), fired=("cadence",),
        do="nothing: train, and let the gate compare",
    ),
    "the planned refresh is due, and the policy has none": Situation(
        what="the same, and no clause of the policy names `cadence`",
        world=lambda params: made_world(params, record=OLD),
        verdict="skip", fired=("cadence",),
        do="nothing: that is what the policy says",
        policy="drift",
    ),
    "the planned refresh is due, and there is nothing new": Situation(
        what="21 days have passed, and the baseline has seen every trusted label",
        world=lambda params: made_world(params, through="2026-W10", record=OLD),
        verdict="skip", held=("nothing_new",), fired=("cadence",), dark=("performance", "calibration"),
        do="nothing: the same rows give the same model; see to it that labels come in",
    ),
    "nothing new": Situation(
        what="two quiet weeks",
        world=lambda params: made_world(params),
        verdict="skip",
        do="nothing",
        settings={"trigger.min_new_labels": 1000},
    ),
    "new trusted labels": Situation(
        what="600 new trusted labels are there, 500 are asked for",
        world=lambda params: made_world(params),
        verdict="retrain", held=("new_labels",), fired=("new_labels",),
        do="nothing: train, and let the gate compare",
        policy="event",
    ),
    "the first model": Situation(
        what="version 0, a dummy, is in production, and labels are fewer than asked for later on",
        world=lambda params: made_world(params, record=ledger()),
        verdict="retrain", held=("first_model",), fired=("first_model",), dark=("performance", "feature_drift"),
        do="nothing: train; the first promotion needs an approval",
        settings={"trigger.min_new_labels": 10_000},
    ),
    "every day": Situation(
        what="somebody wants a new model every day: `cadence_days: 1`; the last attempt was four days ago",
        world=lambda params: made_world(params, record=ledger(promotion(77, 1), promotion(30), attempt(4))),
        verdict="blocked", held=("cool_down",), fired=("cadence",), again="2026-04-08",  # 14 days after 2026-03-25
        do="wait; if the world is that fast, lower `cool_down_days`, and pay what the reason says",
        settings={"trigger.cadence_days": 1},
    ),
}  # fmt: skip

"""The situations in which something around the model happened, by name; and those of the fraud policy."""

from made_world import attempt, kpi, ledger, made_world, promotion, validation, week_names
from situation import Situation
from situations import CORRECTED, DRIFTED, NO_KPI, OLD, WORSE

FORM = {"deployments": [{"at": "2026-03-23", "name": "form-3", "what": "New order form"}]}
LATER_FORM = {"deployments": [{"at": "2026-03-25", "name": "form-3", "what": "New order form"}]}
SEEN_BEFORE = ledger(promotion(77, 1), promotion(14, change={"day": "2026-02-09", "what": "the change of color in 2026-W07"}))
TWO_DAYS_APART = ledger(promotion(77, 1), promotion(50), promotion(7, 3))


def change(day: str) -> dict[str, list[dict[str, str]]]:
    return {"changes": [{"at": day, "what": "New product line"}]}


def running(kind: str, starts: str, ends: str, what: str) -> dict[str, list[dict[str, str]]]:
    return {kind: [{"starts": starts, "ends": ends, "what": what}]}


EVENTS = {
    "a deployment bug": Situation(
        what="the business falls right after a deployment; performance on (older) labels is bad as well, and the refresh is due",
        world=lambda params: made_world(params, right=WORSE, record=OLD, events=FORM, kpi=kpi(fall=0.2, since=6)),
        verdict="blocked", held=("kpi_fall_since_change",), fired=("kpi_fall_since_change", "performance", "cadence"),
        do="undo the deployment or mend it: another model would not help; what it left in the data is not learned",
    ),
    "a promotion that hurts": Situation(
        what="the business falls right after version 3 went into production",
        world=lambda params: made_world(
            params, record=ledger(promotion(77, 1), promotion(50), promotion(5, 3)), kpi=kpi(fall=0.2, since=5)
        ),
        verdict="rollback", held=("kpi_fall_since_promotion", "previous_version"), fired=("kpi_fall_since_change",),
        do="`ratchet rollback`: seconds, without training",
    ),
    "a promotion that hurts, and no version to go back to": Situation(
        what="the same right after the first version went into production",
        world=lambda params: made_world(params, record=ledger(promotion(5, 1)), kpi=kpi(fall=0.2, since=5)),
        verdict="blocked", held=("kpi_fall_since_change",), fired=("kpi_fall_since_promotion",),
        do="take the model out of use, or live with it: there is none before it; find out what it misses",
    ),
    "a deployment after a promotion": Situation(
        what="the business falls after last Wednesday's form; version 3 had gone into production the Sunday before",
        world=lambda params: made_world(params, record=TWO_DAYS_APART, events=LATER_FORM, kpi=kpi(fall=0.2, since=4)),
        verdict="blocked", held=("kpi_fall_since_change",), fired=("kpi_fall_since_change",),
        do="undo the deployment or mend it: the model did well for three days",
    ),
    "an incident that is closed": Situation(
        what="the business fell for three days after last Monday's form; the incident is on record and closed, all is well again",
        world=lambda params: made_world(
            params, events=FORM | {"incidents": [{"opened": "2026-03-24", "closed": "2026-03-27", "what": "Form sends blanks"}]},
            kpi=kpi(fall=0.4, since=6, until=3),
        ),
        verdict="skip",
        do="nothing: those days say nothing of today",
    ),
    "a fall that began before the deployment": Situation(
        what="the business fell three days before the form was deployed last Monday",
        world=lambda params: made_world(params, events=FORM, kpi=kpi(fall=0.2, since=9)),
        verdict="investigate", held=("kpi_fall",), fired=("kpi_fall",),
        do="look elsewhere: it is not the deployment's doing, and nothing says that it is the model's",
    ),
    "a deployment changes a column": Situation(
        what="rows look different since the form was deployed last Monday, the refresh is due, and there is no KPI",
        world=lambda params: made_world(params, red={"2026-W13": 0.9}, record=OLD, events=FORM, kpi=NO_KPI),
        verdict="investigate", held=("recent_deployment", "drift"), fired=("feature_drift", "cadence"),
        do="see whether the column still means the same; mend the form if not",
    ),
    "a deployment amid older drift": Situation(
        what="rows look different since W10, a form was deployed last Monday, and the refresh is due",
        world=lambda params: made_world(
            params, red=dict.fromkeys(week_names("2026-W10", "2026-W13"), 0.7), record=OLD, events=FORM
        ),
        verdict="retrain", held=("cadence",), fired=("feature_drift", "cadence"), again="2026-04-12",
        do="nothing: what had changed before the deployment is not its doing",
    ),
    "a slow fall of the business": Situation(
        what="the business loses a little every day, and nothing went live",
        world=lambda params: made_world(params, kpi=kpi(slope=0.004)),
        verdict="investigate", held=("kpi_slope",), fired=("kpi_slope",),
        do="find out why: a model that does what it promised is not the likely cause",
    ),
    "a campaign changes the demand": Situation(
        what="rows have changed while the spring offer runs, and the refresh is due",
        world=lambda params: made_world(
            params, red=DRIFTED, record=OLD, events=running("campaigns", "2026-03-16", "2026-04-12", "Spring offer")
        ),
        verdict="investigate", held=("campaign", "drift"), fired=("feature_drift", "cadence"), again="2026-04-13",
        do="wait for its end: what the campaign explains passes with it; what is left then is a change",
    ),
    "a campaign, and nothing else": Situation(
        what="the spring offer runs, and rows are as usual",
        world=lambda params: made_world(params, events=running("campaigns", "2026-03-16", "2026-04-12", "Spring offer")),
        verdict="skip",
        do="nothing",
    ),
    "an open incident": Situation(
        what="something is broken, and performance drops",
        world=lambda params: made_world(
            params, right=WORSE, events={"incidents": [{"opened": "2026-03-20", "what": "Scanner sends blanks"}]}
        ),
        verdict="blocked", held=("open_incident",), fired=("performance",),
        do="close it first: in the world, then in `data/events.yaml`",
    ),
    "a data freeze": Situation(
        what="the books are closed until mid-April, and the refresh is due",
        world=lambda params: made_world(
            params, record=OLD, events=running("freezes", "2026-03-25", "2026-04-14", "Closing of the quarter")
        ),
        verdict="blocked", held=("data_freeze",), fired=("cadence",), again="2026-04-15",
        do="wait for its end",
    ),
    "a lasting change, and few labels since": Situation(
        what="a new product line since 2026-03-02; 300 trusted labels are from after it, 500 are asked for",
        world=lambda params: made_world(params, events=change("2026-03-02")),
        # 200 labels are missing; the newest 8 weeks brought 2,400 in 56 days: 4.7 days
        verdict="blocked", held=("few_labels_since_change",), fired=("event",), again="2026-04-05",
        do="wait for labels: a model of mostly older rows would be the old one again",
    ),
    "a lasting change, and labels since": Situation(
        what="a new product line since 2026-02-23; 600 trusted labels are from after it",
        world=lambda params: made_world(params, events=change("2026-02-23")),
        # The model learns mostly from before: not before the cool-down of 14 days is over; 600 more labels take 14 days
        verdict="retrain", held=("event", "follow_up"), fired=("event",), again="2026-04-12",
        do="nothing: train; another look is scheduled, because most rows are still from before",
    ),
    "a retrain on mostly older rows, and labels since": Situation(
        what="a change on 2026-02-09; 600 of the baseline's 2,400 rows were from after it, and 600 more are trusted now",
        world=lambda params: made_world(params, events=change("2026-02-09")),
        verdict="retrain", held=("follow_up",), fired=("follow_up",), again="2026-04-26",
        do="nothing: this is the look that was scheduled",
    ),
    "a look that a change in the rows was given": Situation(
        what="rows had changed in W07 when version 2 was promoted, on 600 of 2,400 rows from after it; 600 more are trusted now",
        world=lambda params: made_world(
            params, red=dict.fromkeys(week_names("2026-W09", "2026-W13"), 0.7), record=SEEN_BEFORE
        ),
        verdict="retrain", held=("follow_up",), fired=("follow_up", "feature_drift"), again="2026-04-26",
        do="nothing: the ledger remembers the change, though no one recorded it and every week since shows it",
    ),
    "drift seen in the rows, few labels since, and the refresh is due": Situation(
        what="rows have changed since W10, which nobody recorded; 300 trusted labels are from after it, 500 are asked for",
        world=lambda params: made_world(params, red=dict.fromkeys(week_names("2026-W10", "2026-W13"), 0.7), record=OLD),
        verdict="retrain", held=("cadence",), fired=("feature_drift", "cadence"), again="2026-04-12",
        do="nothing: a refresh by the calendar does not wait; another look is scheduled",
    ),
    "performance drops, and labels are few": Situation(
        what="performance drops on 300 fresh labels, 500 are asked for",
        world=lambda params: made_world(params, right=WORSE, through="2026-W09"),
        verdict="blocked", held=("few_labels",), fired=("performance",),
        do="have more rows labelled, or wait",
    ),
    "the refresh is due, and recent rows are refused": Situation(
        what="10 % of the recent rows are in quarantine, 5 % are allowed",
        world=lambda params: made_world(params, record=OLD, validation=validation(quarantined=30)),
        verdict="blocked", held=("poor_data",), fired=("cadence",),
        do="mend the export, or release what is right: `ratchet quarantine list`",
    ),
    "a request by hand": Situation(
        what="somebody asks for a retrain, with a reason, while rows drift",
        world=lambda params: made_world(params, red=DRIFTED),
        verdict="retrain", held=("request",), fired=("request", "feature_drift"), again="2026-04-17",
        do="look at the candidate that it makes; other words ask for another one",
        settings={"trigger.request": "labels of the audit are in"},
    ),
}  # fmt: skip

FRAUD = {
    "fraud: the weekly refresh": Situation(
        what="seven days have passed since the last attempt",
        world=lambda params: made_world(params),
        verdict="retrain", held=("cadence",), fired=("cadence",),
        do="nothing: train, and let the gate compare",
        policy="fraud",
    ),
    "fraud: transactions drift": Situation(
        what="transactions have changed, and model and business do not suffer yet",
        world=lambda params: made_world(params, red=DRIFTED, record=ledger(promotion(77, 1), promotion(14), attempt(4))),
        # as for drift when the refresh is due
        verdict="retrain", held=("drift",), fired=("feature_drift",), again="2026-04-17",
        do="nothing: fraudsters do not wait for labels",
        policy="fraud",
    ),
    "fraud: analysts overturn alerts": Situation(
        what="analysts overturned 45 % of last week's alerts, and their labels are in order",
        world=lambda params: made_world(
            params, record=ledger(promotion(77, 1), promotion(14), attempt(4)), validation=validation(feedback=CORRECTED)
        ),
        verdict="retrain", held=("correction_rate", "trusted_labels"), fired=("correction_rate",),
        do="nothing: train, and let the gate compare",
        policy="fraud",
    ),
    "fraud: losses rise": Situation(
        what="the share of losses prevented falls, whatever else speaks; nothing went live lately",
        world=lambda params: made_world(params, red=DRIFTED, kpi=kpi(fall=0.1), validation=validation(feedback=CORRECTED)),
        verdict="rollback", held=("kpi_fall", "previous_version"), fired=("kpi_fall", "cadence", "feature_drift"),
        do="`ratchet rollback` first; then find out what the newer version misses",
        policy="fraud",
    ),
    "fraud: an attempt two days ago": Situation(
        what="drift goes on two days after the last attempt, the cool-down is three",
        world=lambda params: made_world(params, red=DRIFTED, record=ledger(promotion(77, 1), promotion(14), attempt(2))),
        verdict="blocked", held=("cool_down",), fired=("feature_drift",),
        do="wait for the day",
        policy="fraud",
    ),
}  # fmt: skip

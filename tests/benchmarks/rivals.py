"""The rivals, each as its users would write the workload at its best: one call a record, everything compiled before.

A rival is a label, what a record is prepared into, and what gives the three answers of one prepared record. Those
that are not installed are named by the table, not passed over. None of them gives the next change.
"""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime

from workload import ANSWERS, D4, D14, D21, NOW, STEP

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(instant):
    """Return an instant as a whole number of microseconds, exactly."""
    return None if instant is None else (instant - EPOCH) // STEP


C4, C14, C21 = micros(NOW - D4), micros(NOW - D14), micros(NOW - D21)


def as_numbers(record):
    """Prepare a record as plain data, its instants as whole numbers."""
    return {
        "status": record.status,
        "activity": record.activity,
        "relationship": record.relationship,
        "has_note": bool(record.note),
        "sent_us": micros(record.sent_at),
        "withdrawn_us": micros(record.withdrawn_at),
    }


def ternaries(conjunction):
    """Write the whole policy as one expression, as several of the rivals read it."""
    return f"""[
 status != "pending" ? "w1" : (activity == "daily" {conjunction} sent_us <= {C4} ? "w2" :
   (sent_us <= {C14} ? "w3" : "w4")),
 status == "withdrawn" ? (withdrawn_us <= {C21} ? "r1" : "r2") : "r3",
 relationship == "known" || relationship == "logical" ? "n1" : (has_note ? "n2" :
   (relationship == "stranger" ? "n3" : "n4"))]""".replace("||", {"&&": "||", "and": "or"}[conjunction])


def named(evaluate):
    """Turn short names into answers."""

    def decide(prepared):
        withdraw, resend, note = evaluate(prepared)
        return ANSWERS[withdraw], ANSWERS[resend], ANSWERS[note]

    return decide


def zen_expression():
    """Compile one expression."""
    return as_numbers, named(importlib.import_module("zen").compile_expression(ternaries("and")).evaluate)


def cel_in_rust():
    """Compile one program, and give each record a context of its own."""
    cel = importlib.import_module("cel")
    return lambda record: cel.Context(as_numbers(record)), named(cel.compile(ternaries("&&")).execute)


def cel_python():
    """Compile one program, and give each record the types that it computes with."""
    celpy = importlib.import_module("celpy")
    types = importlib.import_module("celpy.celtypes")
    environment = celpy.Environment(runner_class=celpy.CompiledRunner)
    program = environment.program(environment.compile(ternaries("&&")))
    kinds = {str: types.StringType, bool: types.BoolType, int: types.IntType}

    def prepare(record):
        return {
            name: None if value is None else kinds[type(value)](value) for name, value in as_numbers(record).items()
        }

    return prepare, named(lambda context: [str(name) for name in program.evaluate(context)])


def rule_engine():
    """Compile one rule that reads the record's own fields; a list of words would cost it more than two comparisons."""
    engine = importlib.import_module("rule_engine")
    text = ternaries("and").replace("has_note", "note")
    for field, cut in (("sent", C4), ("sent", C14), ("withdrawn", C21)):
        instant = (EPOCH + cut * STEP).isoformat()
        text = text.replace(f"{field}_us <= {cut}", f'{field}_at <= d"{instant}"')
    rule = engine.Rule(text, engine.Context(resolver=engine.resolve_attribute))
    return lambda record: record, named(rule.evaluate)


LOGIC = [
    {"if": [
        {"!=": [{"var": "status"}, "pending"]}, "w1",
        {"and": [{"==": [{"var": "activity"}, "daily"]}, {"<=": [{"var": "sent_us"}, C4]}]}, "w2",
        {"<=": [{"var": "sent_us"}, C14]}, "w3", "w4",
    ]},
    {"if": [
        {"and": [{"==": [{"var": "status"}, "withdrawn"]}, {"<=": [{"var": "withdrawn_us"}, C21]}]}, "r1",
        {"==": [{"var": "status"}, "withdrawn"]}, "r2", "r3",
    ]},
    {"if": [
        {"in": [{"var": "relationship"}, ["known", "logical"]]}, "n1", {"var": "has_note"}, "n2",
        {"==": [{"var": "relationship"}, "stranger"]}, "n3", "n4",
    ]},
]  # fmt: skip


def json_logic():
    """Interpret one expression of plain data."""
    logic = importlib.import_module("json_logic").jsonLogic
    return as_numbers, named(lambda data: logic(LOGIC, data))


def business_rules():
    """Run three lists of rules; it has no “not equal”, so they stand in another order."""
    engine = importlib.import_module("business_rules")
    actions = importlib.import_module("business_rules.actions")
    fields = importlib.import_module("business_rules.fields")
    kinds = importlib.import_module("business_rules.variables")

    class Variables(kinds.BaseVariables):
        def __init__(self, data):
            self.data = data

    makers = {
        "status": kinds.string_rule_variable, "activity": kinds.string_rule_variable,
        "relationship": kinds.string_rule_variable, "sent_us": kinds.numeric_rule_variable,
        "withdrawn_us": kinds.numeric_rule_variable, "has_note": kinds.boolean_rule_variable,
    }  # fmt: skip
    for name, make in makers.items():
        setattr(Variables, name, make()(lambda self, name=name: self.data[name]))

    class Actions(actions.BaseActions):
        def __init__(self):
            self.chosen = []

        @actions.rule_action(params={"name": fields.FIELD_TEXT})
        def say(self, name):
            self.chosen.append(name)

    def rule(name, *conditions, match="all"):
        tests = [{"name": fact, "operator": operator, "value": value} for fact, operator, value in conditions]
        return {"conditions": {match: tests}, "actions": [{"name": "say", "params": {"name": name}}]}

    pending, gone = ("status", "equal_to", "pending"), ("status", "equal_to", "withdrawn")
    rest, until = ("status", "non_empty", ""), "less_than_or_equal_to"
    lists = [
        [
            rule("w2", pending, ("activity", "equal_to", "daily"), ("sent_us", until, C4)),
            rule("w3", pending, ("sent_us", until, C14)),
            rule("w4", pending),
            rule("w1", rest),
        ],
        [rule("r1", gone, ("withdrawn_us", until, C21)), rule("r2", gone), rule("r3", rest)],
        [
            rule("n1", ("relationship", "equal_to", "known"), ("relationship", "equal_to", "logical"), match="any"),
            rule("n2", ("has_note", "is_true", True)),
            rule("n3", ("relationship", "equal_to", "stranger")),
            rule("n4", rest),
        ],
    ]

    def evaluate(data):
        variables, spoken = Variables(data), Actions()
        for rules in lists:
            engine.run_all(rules, variables, spoken, stop_on_first_trigger=True)
        return spoken.chosen

    return as_numbers, named(evaluate)


def cedar():
    """Ask one request a record of a parsed set; Cedar has no order, so each rule excludes those above it."""
    cedarpy = importlib.import_module("cedarpy")
    pending, close = 'context.status == "pending"', '["known", "logical"].contains(context.relationship)'
    seen, left = f'(context.activity == "daily" && context.sent_us <= {C4})', f"context.sent_us <= {C14}"
    gone, over = 'context.status == "withdrawn"', f"context.withdrawn_us <= {C21}"
    stranger = 'context.relationship == "stranger"'
    rules = {
        "w1": f"!({pending})", "w2": f"{pending} && {seen}", "w3": f"{pending} && !{seen} && {left}",
        "w4": f"{pending} && !{seen} && !({left})", "r1": f"{gone} && {over}", "r2": f"{gone} && !({over})",
        "r3": f"!({gone})", "n1": close, "n2": f"!({close}) && context.has_note",
        "n3": f"!({close}) && !context.has_note && {stranger}",
        "n4": f"!({close}) && !context.has_note && !({stranger})",
    }  # fmt: skip
    text = [f'@id("{name}") permit(principal, action, resource) when {{ {rule} }};' for name, rule in rules.items()]
    policies, entities = cedarpy.PolicySet.from_str("\n".join(text)), cedarpy.Entities.from_json_str("[]")

    def prepare(record):
        known = {name: value for name, value in as_numbers(record).items() if value is not None}
        return {"principal": 'U::"u"', "action": 'Action::"a"', "resource": 'I::"i"', "context": json.dumps(known)}

    def evaluate(request):
        reasons = cedarpy.is_authorized(request, policies, entities).diagnostics.id_annotations_by_reason
        return sorted(reasons.values(), key=lambda name: "wrn".index(name[0]))

    return prepare, named(evaluate)


def durable_rules():
    """Post one event a record to each of three rule sets; their actions write the answer down."""
    durable = importlib.import_module("durable.lang")
    message, chosen = durable.m, []

    def saying(name):
        return lambda context: chosen.append(name)  # the engine counts the arguments: exactly one

    rules = {
        "w": [
            (message.status != "pending", "w1"),
            ((message.activity == "daily") & (message.sent_us <= C4), "w2"),
            (message.sent_us <= C14, "w3"),
            (+message.status, "w4"),
        ],
        "r": [
            ((message.status == "withdrawn") & (message.withdrawn_us <= C21), "r1"),
            (message.status == "withdrawn", "r2"),
            (+message.status, "r3"),
        ],
        "n": [
            ((message.relationship == "known") | (message.relationship == "logical"), "n1"),
            (message.has_note == True, "n2"),  # noqa: E712  (its way of writing)
            (message.relationship == "stranger", "n3"),
            (+message.status, "n4"),
        ],
    }
    for name, rows in rules.items():
        with durable.ruleset(name):
            for number, (condition, answer) in enumerate(rows, 1):
                durable.when_all(durable.pri(number), condition)(saying(answer))

    def evaluate(data):
        chosen.clear()
        for name in rules:
            durable.post(name, dict(data))  # which writes into it
        return chosen

    return lambda record: {k: v for k, v in as_numbers(record).items() if v is not None}, named(evaluate)


def custodian():
    """Build Cloud Custodian's value filters; a rule fits where each of its filters lets the record through."""
    core = importlib.import_module("c7n.filters.core")
    registry = core.FilterRegistry("invitation")
    registry.register("value", core.ValueFilter)

    class Manager:
        data, ctx, filter_registry = {}, None, registry

        def get_model(self):
            return type("Model", (), {"id": "id"})

    def fits(*specs):
        made = []
        for key, value, operator in specs:
            spec = {"type": "value", "key": key, "value": value, "op": operator}
            made.append(registry.factory(spec, Manager()))
            made[-1].validate()
        return made

    lists = [
        [
            ("w1", fits(("status", "pending", "ne"))),
            ("w2", fits(("activity", "daily", "eq"), ("sent_us", C4, "lte"))),
            ("w3", fits(("sent_us", C14, "lte"))),
            ("w4", []),
        ],
        [
            ("r1", fits(("status", "withdrawn", "eq"), ("withdrawn_us", C21, "lte"))),
            ("r2", fits(("status", "withdrawn", "eq"))),
            ("r3", []),
        ],
        [
            ("n1", fits(("relationship", ["known", "logical"], "in"))),
            ("n2", fits(("has_note", True, "eq"))),
            ("n3", fits(("relationship", "stranger", "eq"))),
            ("n4", []),
        ],
    ]

    def decide_all(found):
        """Pass each rule what the rules above it left, as the tool itself does, record for record by its place."""
        chosen = [[] for _ in found]
        for rules in lists:
            left = found
            for name, filters in rules:
                hit = left
                for one in filters:
                    hit = one.process(hit)
                for data in hit:
                    chosen[data["id"]].append(ANSWERS[name])
                gone = {data["id"] for data in hit}
                left = [data for data in left if data["id"] not in gone]
        return chosen

    decide_all.whole_lists = True
    return as_numbers, decide_all


RIVALS = {  # the label, what is to be beaten how many times, and at most how many records a round
    zen_expression: ("zen-engine, one expression", 4, 4000),
    cel_in_rust: ("CEL in Rust, a context a record", 4, 4000),
    custodian: ("Cloud Custodian's filters", 10, 2000),
    rule_engine: ("rule-engine, one rule", 10, 1000),
    json_logic: ("json-logic", 10, 1000),
    business_rules: ("business-rules", 10, 1000),
    cedar: ("cedarpy", 10, 500),
    durable_rules: ("durable-rules", 10, 500),
    cel_python: ("cel-python, compiled", 10, 100),
}

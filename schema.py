"""The row rules: what one ticket must look like. A row that fails a rule goes to quarantine, with the rule's name.

Edit this file; `python -m stages.validate` reads it. Times, numbers and text have been read by then: what could not be read
is a gap. https://pandera.readthedocs.io says which checks exist; a check of your own is a function from a column to booleans.
The checks of the target judge labels, those of feedback too: a label that fails one is refused, its row goes on without it.
"""

import pandera.pandas as pa

QUEUES = ["access", "account", "billing", "cancellation", "returns", "sales", "shipping", "technical"]

schema = pa.DataFrameSchema(
    {
        "ticket_id": pa.Column("str", unique=True),
        "created_at": pa.Column("datetime64[us, UTC]"),
        "subject": pa.Column("str", pa.Check.str_length(1, 200)),
        "body": pa.Column("str", pa.Check.str_length(1, 5000)),
        "channel": pa.Column("str", pa.Check.isin(["email", "chat", "phone", "web"])),
        "language": pa.Column("str", pa.Check.isin(["en", "de", "fr", "es"])),
        "product": pa.Column("str"),
        "customer_tier": pa.Column("str", pa.Check.isin(["basic", "pro", "enterprise"])),
        "priority": pa.Column("str", pa.Check.isin(["low", "normal", "high"])),
        "queue": pa.Column("str", pa.Check.isin(QUEUES), required=False, nullable=True),
    }
)

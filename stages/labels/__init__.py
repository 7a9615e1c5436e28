"""Which labels can be trusted: label rules, reviewers, consensus, suspected errors."""

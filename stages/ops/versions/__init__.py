"""What a promotion and a rollback share: who may, the note that survives a kill, the switch, the record, the tags."""

"""What a schedule needs around a run: attempts of open branches, a person's request, a branch and its pull request."""

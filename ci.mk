# What the workflows call beside `ratchet`. Each target works on a laptop too: what only a host knows is taken from its variables.
# Copy this file with the workflows; docs/ci.md says which targets your own Makefile has to add.

.PHONY: pull data summary comment

REPORT := build/report.md
IN_VENV ?= PATH="$(CURDIR)/.venv/bin:$$PATH"

# Before its first run a loop has no candidate to pull. Not --quiet: DVC would be quiet about errors, too.
pull: setup  ## fetch data and models
	@if grep -qs models/candidate dvc.lock; then $(IN_VENV) dvc pull >/dev/null; \
	else $(IN_VENV) dvc pull $$(git ls-files '*.dvc') >/dev/null; fi

# The pipeline keeps training and holdout rows out of DVC's cache, because validate makes the same bytes again.
data: pull  ## fetch data and models, and rebuild the rows that are not stored
	@$(IN_VENV) dvc repro validate >/dev/null

summary:  ## show the report on the page of the CI run, or here
	@if [ -n "$$GITHUB_STEP_SUMMARY" ]; then cat $(REPORT) >>"$$GITHUB_STEP_SUMMARY"; \
	elif [ -n "$$TF_BUILD" ]; then echo "##vso[task.uploadsummary]$(CURDIR)/$(REPORT)"; \
	else cat $(REPORT); fi

# One comment, updated: by CML where it is installed, else by gh, which finds it by its first line.
MARK := <!-- ratchet report -->
comment:  ## put the report into the pull request that the variable NUMBER names
	@test -f $(REPORT) || gh run download "$$GITHUB_RUN_ID" --name report --dir $(dir $(REPORT))
	@if command -v cml >/dev/null; then \
	  REPO_TOKEN="$${REPO_TOKEN:-$$GH_TOKEN}" cml comment update --target="pr/$$NUMBER" $(REPORT); \
	else \
	  own='.[] | select(.body | startswith("$(MARK)")) | .id'; \
	  old=$$(gh api --paginate "repos/{owner}/{repo}/issues/$$NUMBER/comments" --jq "$$own" | head -n 1) && \
	  { echo '$(MARK)'; cat $(REPORT); } | \
	    if [ -n "$$old" ]; then gh api --silent --method PATCH "repos/{owner}/{repo}/issues/comments/$$old" --field body=@-; \
	    else gh api --silent "repos/{owner}/{repo}/issues/$$NUMBER/comments" --field body=@-; fi; \
	fi

#!/bin/sh
# The steps that make and run the portal; the Dockerfile and scripts/deploy_trial.py call the same ones.
#   steps.sh install DIR WHEEL   a virtual environment in DIR with the portal
#   steps.sh prepare             tables, areas, models, static files; safe to run again
#   steps.sh web                 the web server on PORT (8000)
#   steps.sh worker              one worker
#   steps.sh daily               once a day: digests, outcome questions, what has expired
# PYTHON names the interpreter of the environment (python).
set -eu
PYTHON=${PYTHON:-python}
run() { "$PYTHON" -m robotplus.portal "$@"; }

case "${1:-}" in
install)
    python3 -m venv "$2"
    "$2/bin/pip" install --quiet --disable-pip-version-check "$3[portal]"
    "$2/bin/python" -m robotplus.proving.kernels
    ;;
prepare) run prepare ;;
web)
    exec "$PYTHON" -m gunicorn --bind "${HOST:-0.0.0.0}:${PORT:-8000}" --workers "${WEB_PROCESSES:-2}" \
        --worker-class gthread --threads 4 --preload --max-requests 5000 --max-requests-jitter 500 \
        --graceful-timeout 10 --log-level warning robotplus.portal.wsgi
    ;;
worker) exec "$PYTHON" -m robotplus.portal work ;;
daily)
    for step in ask_outcomes digest purge purge_logins tidy_documents; do run "$step"; done
    run clearsessions
    ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

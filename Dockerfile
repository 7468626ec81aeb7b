# One image for the site, the worker and beat. Nothing in it is secret; settings are variables.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    FASI_DATA=/data FASI_STATIC_ROOT=/static FASI_BIND=unix:/run/fasi/site.sock FASI_BEHIND_NGINX=true \
    FASI_WAITING_SOCKET=/run/fasi/waiting.sock

RUN useradd --create-home --uid 10001 fasi && install -d -o fasi -g fasi /app /data /static /run/fasi
WORKDIR /app
# `docker compose exec web fasi doctor`
RUN printf '#!/bin/sh\nPYTHONPATH=/app exec python -m cli "$@"\n' > /usr/local/bin/fasi && chmod 755 /usr/local/bin/fasi

# `--build-arg REQUIREMENTS=requirements/tensorflow.txt` makes the image of a GPU worker.
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} requirements.txt
RUN pip install --require-hashes -r requirements.txt

COPY --chown=fasi manage.py version.py ./
COPY --chown=fasi cli cli
COPY --chown=fasi fasi_site fasi_site
COPY --chown=fasi imaging imaging
COPY --chown=fasi inference inference
COPY --chown=fasi outbound outbound
COPY --chown=fasi classifier classifier
COPY --chown=fasi worker worker
COPY --chown=fasi models models
USER fasi

# The settings insist on their variables; collecting static files needs none of the services.
RUN FASI_SECRET_KEY=build FASI_DATABASE_URL=postgres:///build FASI_BROKER_URL=redis://build \
    FASI_CACHE_URL=redis://build python manage.py collectstatic --noinput --verbosity 0

VOLUME /data
# nginx reads both: what it serves by itself, and the socket that it speaks through.
VOLUME /static /run/fasi
CMD ["gunicorn", "-c", "fasi_site/gunicorn.py", "fasi_site.wsgi"]

# One image for the web server, the workers and the clock; docker-compose.yml says which is which.
FROM python:3.12-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt /requirements.txt
RUN python -m venv /opt/libsocial && /opt/libsocial/bin/pip install -r /requirements.txt

FROM python:3.12-slim
ENV PATH=/opt/libsocial/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=libsocial.settings \
    LIBSOCIAL_DATA=/data \
    LIBSOCIAL_STATIC=/app/staticfiles \
    LIBSOCIAL_LOG=json
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin libsocial \
    && install -d -o libsocial -g libsocial -m 0750 /data
COPY --from=packages /opt/libsocial /opt/libsocial
WORKDIR /app
COPY . /app
# The typeface, the translations and the hashed static files are part of the image. The keys that settings
# ask for meanwhile belong to a folder that is thrown away: a library makes or brings its own.
RUN LIBSOCIAL_DATA=/tmp/build python manage.py build && rm -rf /tmp/build
USER libsocial
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "libsocial.wsgi:application", "--config", "docker/gunicorn.py"]

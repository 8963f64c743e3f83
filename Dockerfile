# One image for web, workers, beat and migrations; docker-compose.yml says which is which.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin app
WORKDIR /app

# The packages first: they change less often than the code.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY . .
# Hashed and compressed static files are part of the image. The settings insist on a whole
# environment, so this one step gets one that leads nowhere.
RUN SECRET_KEY=only-while-building-the-image-0123456789abcdef0123456789 \
    TOKEN_KEYS=b25seS13aGlsZS1idWlsZGluZy10aGUtaW1hZ2UhISE= \
    DATABASE_URL=postgresql:///none REDIS_URL=redis://none PUBLIC_URL=https://none.example \
    python manage.py collectstatic --no-input \
    && install -d -o app -g app /data/attachments

USER app
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "callcenter.asgi:application", "--host", "0.0.0.0", "--port", "8000"]

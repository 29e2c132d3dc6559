"""How gunicorn serves LibSocial: a few processes with threads, tuned by LIBSOCIAL_WEB_PROCESSES and _THREADS."""

from libsocial.settings import WEB_PROCESSES, WEB_THREADS

bind = "0.0.0.0:8000"  # inside the container; the compose file decides what is reachable
worker_class = "gthread"
workers = WEB_PROCESSES
threads = WEB_THREADS
timeout = 60  # seconds; nothing a page does may take longer
graceful_timeout = 20
control_socket_disable = True  # the file system of the container is read-only
keepalive = 5
max_requests = 5000  # start a process anew now and then, not all at once
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # noqa: S108  gunicorn's sign of life must not wait for a slow disk
forwarded_allow_ips = "*"  # only the proxy in front reaches this port
accesslog = None  # the application writes its own line, with the request id and without one-time links

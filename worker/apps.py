"""The Django app of the worker: its tasks and commands."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    name = "worker"

"""A consenting owner, and reviewers who may review and nothing else."""

import pytest
from django.contrib.auth.models import Permission, User

from classifier.personal_data.consents import record_consent
from tests.conftest import make_person


def make_reviewer(name: str) -> User:
    """A member of staff who may review, and nothing else."""
    person = make_person(name, is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="change_prediction"))
    return User.objects.get(pk=person.pk)


@pytest.fixture
def consenting(owner: User) -> User:
    record_consent(owner.pk, True)
    return owner


@pytest.fixture
def reviewer(site: None) -> User:
    return make_reviewer("reviewer")


@pytest.fixture
def other_reviewer(site: None) -> User:
    return make_reviewer("other")

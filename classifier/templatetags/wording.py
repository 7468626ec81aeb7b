"""How pages put sentences together: Korean particles, sizes of files."""

from django import template
from django.template.defaultfilters import stringfilter

from classifier.wording.particles import particles
from classifier.wording.sizes import size

register = template.Library()
register.filter("size", size)
register.filter("particles", stringfilter(particles), is_safe=True)

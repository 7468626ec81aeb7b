#!/bin/sh
# Runs once, when the database is made: the site's role is no superuser, so whoever gets hold of the
# site's connection reads neither files nor runs programs. The superuser signs in by socket only.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname template1 <<'SQL'
\getenv password FASI_PASSWORD
CREATE EXTENSION IF NOT EXISTS vector;
CREATE ROLE fasi LOGIN PASSWORD :'password';
CREATE DATABASE fasi OWNER fasi;
ALTER ROLE postgres PASSWORD NULL;
SQL

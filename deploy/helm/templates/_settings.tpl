{{/* Numbers as they were written: Helm reads large ones as floats. */}}
{{- define "fasi.value" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{ printf "%.0f" . }}
{{- else -}}
{{ . }}
{{- end -}}
{{- end -}}

{{/* The variables of a process: of the chart, of the values, and from Secrets.
     (list root settings-of-the-process, and hosts that its site answers to besides) */}}
{{- define "fasi.environment" -}}
{{- $root := index . 0 -}}
{{- $values := $root.Values -}}
{{- $scheme := ternary "https" "http" $values.address.https -}}
{{- $own := dict
  "FASI_ALLOWED_HOSTS" (join "," (concat (list $values.address.host) $values.address.otherHosts (slice . 2)))
  "FASI_CSRF_TRUSTED_ORIGINS" (printf "%s://%s" $scheme (join (printf ",%s://" $scheme) (prepend $values.address.otherHosts $values.address.host)))
  "FASI_HTTPS" $values.address.https
  "FASI_SITE_URL" (printf "%s://%s" $scheme $values.address.host)
  "FASI_S3_ENDPOINT" $values.storage.endpoint
  "FASI_S3_PUBLIC_ENDPOINT" $values.storage.publicEndpoint
  "FASI_S3_BUCKET" $values.storage.bucket
  "FASI_S3_REGION" $values.storage.region
-}}
{{- $all := merge (dict) (index . 1) $values.settings $own -}}
{{- range $name := keys $all | sortAlpha }}
- name: {{ $name }}
  value: {{ include "fasi.value" (index $all $name) | quote }}
{{- end }}
{{- range $name := list "FASI_SECRET_KEY" "FASI_DATABASE_URL" "FASI_BROKER_URL" "FASI_CACHE_URL" "FASI_EMAIL_URL" }}
{{ include "fasi.secret" (list $values.secrets $name false) }}
{{- end }}
{{- range $name := list "FASI_S3_ACCESS_KEY" "FASI_S3_SECRET_KEY" "FASI_SECRET_KEY_FALLBACKS" "FASI_METRICS_TOKEN" "FASI_OIDC_CLIENT_ID" "FASI_OIDC_CLIENT_SECRET" }}
{{ include "fasi.secret" (list $values.secrets $name true) }}
{{- end }}
{{- end -}}

{{/* One variable from a Secret. (list secrets name optional) */}}
{{- define "fasi.secret" -}}
{{- $name := index . 1 -}}
{{- $secret := include "fasi.secretKey" . | fromYaml -}}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.name }}
      key: {{ $secret.key }}
      {{- if index . 2 }}
      optional: true
      {{- end }}
{{- end -}}

{{/* Which key of which Secret. (list secrets name) */}}
{{- define "fasi.secretKey" -}}
{{- $secrets := index . 0 -}}
{{- $name := index . 1 -}}
{{- toYaml (get $secrets.from $name | default (dict "name" $secrets.name "key" $name)) -}}
{{- end -}}

{{/* What a value needs beside it, in sentences; once for the whole chart. */}}
{{- define "fasi.check" -}}
{{- if and .Values.ingress.enabled (not .Values.nginx.trustedProxies) -}}
{{- fail "nginx.trustedProxies: name the addresses of the ingress controller's pods (often the cluster's pod network, 10.0.0.0/8). Without them everybody is one client for limits, and with address.https every page leads to itself." -}}
{{- end -}}
{{- range $name := list "worker" "gpuWorker" -}}
{{- with index $.Values $name -}}
{{- if and .autoscaling.enabled (eq .autoscaling.trigger "prometheus") (not .autoscaling.prometheusAddress) -}}
{{- fail (printf "%s.autoscaling.prometheusAddress: say where Prometheus is, http://prometheus.monitoring:9090, or take the trigger postgresql." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

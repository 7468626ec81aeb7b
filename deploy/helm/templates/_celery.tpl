{{/* A Deployment that runs Celery. A dict: root, component (its label and name), values (of it),
     image, command, settings (the chart's own, below the values), port (whether its main process
     shows metrics), grace, scratch, scaled (by KEDA). */}}
{{- define "fasi.celery" -}}
{{- $root := .root -}}
{{- $settings := merge (dict) .values.settings (.settings | default dict) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "fasi.name" $root }}-{{ .component }}
  labels:
    {{- include "fasi.labels" (list $root .component) | nindent 4 }}
spec:
  {{- if not .scaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  {{- if .port }}
  # Up, then warm a few seconds later; only then may an old one go.
  minReadySeconds: 20
  {{- end }}
  selector:
    matchLabels:
      {{- include "fasi.selector" (list $root .component) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "fasi.labels" (list $root .component) | nindent 8 }}
    spec:
      serviceAccountName: {{ include "fasi.name" $root }}
      {{- include "fasi.pod" (list $root .values) | nindent 6 }}
      {{- with .values.runtimeClassName }}
      runtimeClassName: {{ . }}
      {{- end }}
      {{- include "fasi.spread" (list $root .component) | nindent 6 }}
      terminationGracePeriodSeconds: {{ .grace }}
      containers:
        - name: {{ .component }}
          image: {{ .image }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          command: {{ toJson .command }}
          env:
            {{- include "fasi.environment" (list $root $settings) | nindent 12 }}
            {{- if .port }}
            - {name: FASI_METRICS_PORT, value: "9100"}
            - {name: FASI_METRICS_BIND, value: "0.0.0.0"}
            {{- end }}
          securityContext:
            {{- include "fasi.restricted" $root | nindent 12 }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          {{- if .port }}
          ports:
            - {name: metrics, containerPort: 9100}
          # The main process answers. Whether it takes photos is seen by how long they wait, and a
          # ping would have the broker's absence end every worker.
          startupProbe:
            httpGet: {path: /metrics, port: metrics}
            periodSeconds: 3
            timeoutSeconds: 5
            failureThreshold: 40
          livenessProbe:
            httpGet: {path: /metrics, port: metrics}
            periodSeconds: 30
            timeoutSeconds: 15
            failureThreshold: 4
          {{- end }}
          volumeMounts:
            {{- include "fasi.folders" $root | nindent 12 }}
      volumes:
        {{- include "fasi.folderVolumes" .scratch | nindent 8 }}
{{- end -}}

{{/* (list root component) */}}
{{- define "fasi.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "fasi.name" (index . 0) }}-{{ index . 1 }}
  labels:
    {{- include "fasi.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "fasi.selector" . | nindent 6 }}
{{- end -}}

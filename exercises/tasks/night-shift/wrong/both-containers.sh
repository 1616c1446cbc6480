# The lines of all containers; an ordinary second container.
# earns: 2
kubectl -n night logs relay --all-containers | grep ERROR > ~/relay-errors.log
echo belt-2 > ~/restarter
kubectl -n night patch deployment gauge --patch '
spec:
  template:
    spec:
      containers:
        - name: reader
          image: busybox:1.36
          command: [tail, -n, "+1", -F, /var/log/gauge/gauge.log]
          volumeMounts:
            - name: logs
              mountPath: /var/log/gauge
'
kubectl -n night rollout status deployment gauge --timeout=60s

kubectl -n night logs relay -c sorter | grep ERROR > ~/relay-errors.log
kubectl -n night get pods -l app=belt --no-headers | awk '$4 > 0 { print $1 }' > ~/restarter
kubectl -n night patch deployment gauge --patch '
spec:
  template:
    spec:
      initContainers:
        - name: reader
          image: busybox:1.36
          restartPolicy: Always
          command: [tail, -n, "+1", -F, /var/log/gauge/gauge.log]
          volumeMounts:
            - name: logs
              mountPath: /var/log/gauge
'
kubectl -n night rollout status deployment gauge --timeout=60s

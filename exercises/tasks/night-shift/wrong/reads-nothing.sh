# A sidecar that follows another file; the whole name with its prefix.
# earns: 5
kubectl -n night logs relay -c sorter | grep ERROR > ~/relay-errors.log
echo pod/belt-2 > ~/restarter
kubectl -n night patch deployment gauge --patch '
spec:
  template:
    spec:
      initContainers:
        - name: reader
          image: busybox:1.36
          restartPolicy: Always
          command: [tail, -n, "+1", -F, /var/log/gauge/gauge.out]
          volumeMounts:
            - name: logs
              mountPath: /var/log/gauge
'

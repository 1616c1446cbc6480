# Whoever has a previous log was restarted; the files are written with sudo.
kubectl -n night logs relay -c sorter | grep ' ERROR ' | sort -r | sudo tee /home/candidate/relay-errors.log
for pod in belt-1 belt-2 belt-3; do
  kubectl -n night logs $pod --previous 2> /dev/null | grep -q jammed && echo $pod | sudo tee /home/candidate/restarter
done
kubectl -n night patch deployment gauge --type=strategic --patch '
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

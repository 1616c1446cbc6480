# By JSON and a shell as the sidecar's command.
kubectl -n night logs relay --all-containers=false -c sorter --tail=-1 | awk '$2 == "ERROR"' > ~/relay-errors.log
kubectl -n night get pods -l app=belt -o json |
  jq -r '.items[] | select(.status.containerStatuses[0].restartCount > 0) | .metadata.name' > ~/restarter
kubectl -n night get deployment gauge -o json |
  jq '.spec.template.spec.initContainers = [{name: "reader", image: "busybox:1.36", restartPolicy: "Always",
    command: ["sh", "-c", "tail -n +1 -F /var/log/gauge/gauge.log"],
    volumeMounts: [{name: "logs", mountPath: "/var/log/gauge", readOnly: true}]}]' |
  kubectl replace -f -
kubectl -n night rollout status deployment gauge --timeout=60s

kubectl label node node02 disk=tape
kubectl taint node node02 dedicated=archive:NoSchedule
kubectl -n vault patch deployment archiver --patch '
spec:
  template:
    spec:
      nodeSelector:
        disk: tape
      tolerations:
        - key: dedicated
          operator: Equal
          value: archive
          effect: NoSchedule
'
kubectl -n vault rollout status deployment archiver --timeout=60s

# A toleration without a key is one for every taint, the control plane's too.
# earns: 6
kubectl label node node02 disk=tape
kubectl taint node node02 dedicated=archive:NoSchedule
kubectl -n vault patch deployment archiver --patch '
spec:
  template:
    spec:
      nodeSelector: {disk: tape}
      tolerations: [{operator: Exists}]
'
kubectl -n vault rollout status deployment archiver --timeout=60s

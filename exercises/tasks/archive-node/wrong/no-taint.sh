# The pods run on node02, but so may all others.
# earns: 5
kubectl label node node02 disk=tape
kubectl -n vault patch deployment archiver --patch '
spec:
  template:
    spec:
      nodeSelector: {disk: tape}
      tolerations: [{key: dedicated, operator: Exists}]
'
kubectl -n vault rollout status deployment archiver --timeout=60s

# Deleted and created anew, with the label set last.
kubectl taint node node02 dedicated=archive:NoSchedule
kubectl -n vault get deployment archiver -o json |
  jq 'del(.metadata.resourceVersion, .metadata.uid, .status)
    | .spec.template.spec.nodeSelector.disk = "tape"
    | .spec.template.spec.tolerations = [{key: "dedicated", value: "archive"}]' > archiver.json
kubectl -n vault delete deployment archiver
kubectl create -f archiver.json
kubectl label node node02 disk=tape
kubectl -n vault rollout status deployment archiver --timeout=60s

# A required node affinity does what nodeSelector does.
kubectl label node node02 disk=tape
kubectl taint node node02 dedicated=archive:NoSchedule
kubectl -n vault get deployment archiver -o json |
  jq '.spec.template.spec.tolerations = [{key: "dedicated", operator: "Exists", effect: "NoSchedule"}]
    | .spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms =
      [{matchExpressions: [{key: "disk", operator: "In", values: ["tape"]}]}]' |
  kubectl replace -f -
kubectl -n vault rollout status deployment archiver --timeout=60s

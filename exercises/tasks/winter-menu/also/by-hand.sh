# The old template set again is the same revision's ReplicaSet; percentages are not asked for.
kubectl -n cafe set image deployment/menu menu=nginx:1.26
kubectl -n cafe set env deployment/menu SEASON=winter
kubectl -n cafe get deployment menu -o json |
  jq '.spec.replicas = 5 | .spec.strategy.rollingUpdate = {maxSurge: 2, maxUnavailable: 0}' |
  kubectl replace -f -
kubectl -n cafe rollout status deployment menu --timeout=60s
kubectl -n cafe rollout history deployment menu | awk '/^[0-9]/ { last = $1 } END { print last }' > ~/menu-revision

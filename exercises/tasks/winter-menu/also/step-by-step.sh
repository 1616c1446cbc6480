# Back one revision at first, which is the spring menu; then the right one.
kubectl -n cafe rollout undo deployment menu
kubectl -n cafe rollout status deployment menu --timeout=60s
kubectl -n cafe rollout undo deployment menu --to-revision=1
kubectl -n cafe patch deployment menu --type=merge -p '{"spec":{"replicas":5,"strategy":{"rollingUpdate":{"maxSurge":2,"maxUnavailable":0}}}}'
kubectl -n cafe rollout status deployment menu --timeout=60s
kubectl -n cafe get rs -l app=menu -o json |
  jq -r '.items[] | select(.spec.replicas == 5) | .metadata.annotations["deployment.kubernetes.io/revision"]' > ~/menu-revision

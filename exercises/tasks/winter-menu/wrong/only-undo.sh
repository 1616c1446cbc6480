# One step back is the spring menu.
# earns: 3
kubectl -n cafe rollout undo deployment menu
kubectl -n cafe scale deployment menu --replicas=5
kubectl -n cafe patch deployment menu -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":2,"maxUnavailable":0}}}}'
kubectl -n cafe rollout status deployment menu --timeout=60s
echo 4 > ~/menu-revision

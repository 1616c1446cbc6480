kubectl -n cafe rollout undo deployment menu --to-revision=1
kubectl -n cafe scale deployment menu --replicas=5
kubectl -n cafe patch deployment menu -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":2,"maxUnavailable":0}}}}'
kubectl -n cafe rollout status deployment menu --timeout=60s
kubectl -n cafe get deployment menu -o jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}' > /home/candidate/menu-revision

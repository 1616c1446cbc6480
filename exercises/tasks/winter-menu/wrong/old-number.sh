# After an undo the revision has a new number.
# earns: 6
kubectl -n cafe rollout undo deployment menu --to-revision=1
kubectl -n cafe scale deployment menu --replicas=5
kubectl -n cafe rollout status deployment menu --timeout=60s
echo 1 > ~/menu-revision

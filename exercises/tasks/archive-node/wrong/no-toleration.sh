# The new pod stays Pending: it asks for a node that it does not tolerate.
# earns: 6
kubectl label node node02 disk=tape
kubectl taint node node02 dedicated=archive:NoSchedule
kubectl -n vault patch deployment archiver -p '{"spec":{"template":{"spec":{"nodeSelector":{"disk":"tape"}}}}}'

# The port has no name, the node port is any, the printer is repaired.
# earns: 5
kubectl -n parcel expose deployment desk --port=8080 --target-port=80
kubectl -n parcel expose deployment desk --name=desk-public --type=NodePort --port=80
kubectl -n parcel patch service printer -p '{"spec":{"selector":{"app":"label-printer"},"ports":[{"port":80,"targetPort":80}]}}'

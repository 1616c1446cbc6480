kubectl -n parcel patch deployment desk -p '{"spec":{"template":{"spec":{"containers":[{"name":"desk","ports":[{"containerPort":80,"name":"http"}]}]}}}}'
kubectl -n parcel expose deployment desk --name=desk --port=8080 --target-port=http
kubectl -n parcel apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: desk-public
spec:
  type: NodePort
  selector:
    app: desk
  ports:
    - port: 80
      targetPort: http
      nodePort: 30481
YAML
kubectl -n parcel patch service printer -p '{"spec":{"selector":{"app":"label-printer"},"ports":[{"port":80,"targetPort":"web"}]}}'
kubectl -n parcel rollout status deployment desk --timeout=60s

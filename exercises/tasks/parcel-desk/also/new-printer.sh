# The printer's Service made anew.
kubectl -n parcel patch deployment desk --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/0/ports/0/name","value":"http"}]'
kubectl -n parcel expose deployment desk --port=8080 --target-port=http
kubectl -n parcel create service nodeport desk-public --tcp=8080:http --node-port=30481 --dry-run=client -o json |
  jq '.spec.selector = {app: "desk"}' | kubectl apply -n parcel -f -
kubectl -n parcel delete service printer
kubectl -n parcel expose deployment label-printer --name=printer --port=80 --target-port=web
kubectl -n parcel rollout status deployment desk --timeout=60s

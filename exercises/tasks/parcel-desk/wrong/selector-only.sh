# The printer has its pods back, but they have no port named print: nothing leads to them.
# earns: 7
kubectl -n parcel patch deployment desk --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/0/ports/0/name","value":"http"}]'
kubectl -n parcel expose deployment desk --port=8080 --target-port=http
kubectl -n parcel create service nodeport desk-public --tcp=80:80 --node-port=30481
kubectl -n parcel set selector service desk-public app=desk
kubectl -n parcel set selector service printer app=label-printer
kubectl -n parcel rollout status deployment desk --timeout=60s

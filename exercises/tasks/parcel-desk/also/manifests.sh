# Everything by files; the printer's port by its number.
kubectl -n parcel get deployment desk -o yaml | sed 's/- containerPort: 80/- name: http\n          containerPort: 80/' | kubectl replace -f -
kubectl -n parcel create service clusterip desk --tcp=8080:http
kubectl -n parcel create service nodeport desk-public --tcp=80:80 --node-port=30481
kubectl -n parcel set selector service desk-public app=desk
kubectl -n parcel get service printer -o json |
  jq '.spec.selector = {app: "label-printer"} | .spec.ports[0].targetPort = 80' |
  kubectl replace -f -
kubectl -n parcel rollout status deployment desk --timeout=60s

# The claim names its volume; the mount is read-only by way of the volume.
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ledger
  namespace: books
spec:
  storageClassName: paper
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
  volumeName: ledger-2024
YAML
kubectl patch pv ledger-2024 -p '{"spec":{"claimRef":null}}'
kubectl -n books get deployment bookkeeper -o json |
  jq '.spec.template.spec.volumes = [{name: "data", persistentVolumeClaim: {claimName: "ledger", readOnly: true}}]
    | .spec.template.spec.containers[0].volumeMounts = [{name: "data", mountPath: "/ledger", readOnly: true}]' |
  kubectl replace -f -
kubectl -n books rollout status deployment bookkeeper --timeout=60s

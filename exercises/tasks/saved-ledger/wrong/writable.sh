# Bound and mounted, but not read-only, and the volume would be deleted with its claim.
# earns: 5
kubectl patch pv ledger-2024 --type=json -p '[{"op":"remove","path":"/spec/claimRef"},{"op":"replace","path":"/spec/persistentVolumeReclaimPolicy","value":"Delete"}]'
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
YAML
kubectl -n books wait pvc/ledger --for=jsonpath='{.status.phase}'=Bound --timeout=30s
kubectl -n books patch deployment bookkeeper --patch '
spec:
  template:
    spec:
      containers:
        - name: clerk
          volumeMounts:
            - name: ledger
              mountPath: /ledger
      volumes:
        - name: ledger
          persistentVolumeClaim:
            claimName: ledger
'
kubectl -n books rollout status deployment bookkeeper --timeout=60s

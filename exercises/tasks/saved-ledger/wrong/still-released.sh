# The volume still refers to the old claim, so the new one stays Pending.
# earns: 4
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
kubectl -n books patch deployment bookkeeper --patch '
spec:
  template:
    spec:
      containers:
        - name: clerk
          volumeMounts:
            - name: ledger
              mountPath: /ledger
              readOnly: true
      volumes:
        - name: ledger
          persistentVolumeClaim:
            claimName: ledger
'

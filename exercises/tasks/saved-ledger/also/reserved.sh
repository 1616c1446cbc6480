# The volume is kept for the new claim: its reference without a uid.
kubectl get pv ledger-2024 -o json |
  jq '.spec.claimRef = {apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "books", name: "ledger"}' |
  kubectl replace -f -
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
kubectl -n books rollout status deployment bookkeeper --timeout=60s

/** A server on every node: port 8080 tells the name of its pod over HTTP; and a shell to ask others from. */
export const SERVERS = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: server }
spec:
  selector: { matchLabels: { app: server } }
  template:
    metadata: { labels: { app: server } }
    spec:
      terminationGracePeriodSeconds: 0
      tolerations: [{ operator: Exists }]
      containers:
        - name: server
          image: localhost/rkube-tools:1
          imagePullPolicy: Never
          command: [sh, -c, "mkdir -p /tmp/www; hostname > /tmp/www/index.html; echo serving; exec httpd -f -p 8080 -h /tmp/www"]
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2 }
---
apiVersion: v1
kind: Service
metadata: { name: server }
spec:
  type: NodePort
  selector: { app: server }
  ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }]
`;

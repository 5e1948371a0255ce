// Package serve answers over HTTP with the predictions of a model: JSON in, JSON out, with health,
// readiness and metrics. A Server is an http.Handler, to mount in a program of your own, and Run
// makes a whole server of it.
//
//	POST /predict   {"rows": [[6.1, 2.8, 4.7, 1.2]]} or {"rows": [{"island": "Dream", ...}]}
//	GET  /model     what the model takes and returns
//	GET  /healthz   200 while the process answers
//	GET  /readyz    200 while it takes requests, 503 when it is about to end
//	GET  /metrics   counts and latencies as Prometheus reads them
//
// Every answer but that of /metrics is JSON, those about errors too. What is wrong with a row says
// which row and which field.
//
// It owns requests, their limits and their counts. It does not own predictions, which
// train.Predictor makes. Only programs that import it link net/http.
//
// Read first: Open, then Server.Run.
package serve

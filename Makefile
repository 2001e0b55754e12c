# Every target calls rkube or a script; nothing is decided here.
# Variables of the field pass through the environment: CONTAINER_ENGINE, HOST_IP, NODE_NAME,
# PORT_KUBE_APISERVER, PORT_KUBELET, PORT_FLANNEL, PORT_ETCD.

RKUBE := node scripts/rkube.mjs
PREFIX ?= $(HOME)/.local
LIB = $(DESTDIR)$(PREFIX)/lib/rkube
BIN = $(DESTDIR)$(PREFIX)/bin

.DEFAULT_GOAL := help
.PHONY: help
help:
	@echo 'make demo       a two-host cluster, on this host or on lab hosts'
	@echo 'make test       all tests; first run builds the lab'
	@echo 'make check      types, lint, dead code, fast tests'
	@echo 'make build      dist/'
	@echo 'make install    rkube to PREFIX, ~/.local unless set'
	@echo 'make node-image the node image from Debian packages and Go modules'
	@echo 'make bench      speed and memory on lab hosts'
	@echo 'make doctor up init join-command join status kubeconfig shell logs down reset delete'
	@echo '                the verbs of rkube'

# What npm ci made is newer than what it was made from.
node_modules/.package-lock.json: package.json package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

dist/main.js: node_modules/.package-lock.json scripts/build.mjs $(shell find src -name '*.ts')
	@npm run --silent build

.PHONY: build
build: dist/main.js

.PHONY: install
install: dist/main.js
	@mkdir -p $(LIB)/scripts $(BIN)
	@rm -rf $(LIB)/dist $(LIB)/compose $(LIB)/kubeadm $(LIB)/docs
	@mkdir -p $(LIB)/docs
	@cp -R dist compose kubeadm package.json $(LIB)/
	@cp -R docs/doctor $(LIB)/docs/
	@rm -rf $(LIB)/scripts/administrator $(LIB)/scripts/network
	@cp -R scripts/rkube.mjs scripts/administrator scripts/network $(LIB)/scripts/
	@ln -sfn ../lib/rkube/scripts/rkube.mjs $(BIN)/rkube

.PHONY: uninstall
uninstall:
	rm -rf $(LIB) $(BIN)/rkube

.PHONY: check test demo bench node-image
check: dist/main.js
	npm run --silent check
test:
	@scripts/test
demo: dist/main.js
	@scripts/demo
bench: dist/main.js
	@scripts/bench
node-image:
	@scripts/node-image build

VERBS := doctor up init join-command join status kubeconfig shell logs down reset delete
.PHONY: $(VERBS)
$(VERBS): dist/main.js
	@$(RKUBE) $@

#!/usr/bin/env node
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { FleetConfiguration } from '../lib/constructs/weir.ts';
import { WeirStack } from '../lib/weir-stack.ts';

/**
 * The fleet: policies by name, each only with what differs from the defaults. `weir:policy` on a service
 * names one, and its other tags override single fields. Sources by name, each of metrics of CloudWatch by what they
 * mean (docs/sources.md): `metrics/NAME` in `weir:source` names one. Edit it here, and deploy.
 */
const fleet: FleetConfiguration = {
  policies: {
    // Waits rather than pays: five minutes of lag are fine.
    patient: { lagObjectiveSeconds: 300, catchUpSeconds: 300, stabilizationSeconds: 600 },
    // Pays rather than waits.
    prompt: { lagObjectiveSeconds: 20, catchUpSeconds: 60, evaluationSeconds: 30 },
  },
};

const app = new App();
new WeirStack(app, 'Weir', { fleet });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();

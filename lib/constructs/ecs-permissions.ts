import { managedTag, updatableTagValues } from '../contract/tags.ts';
import { arnOf, type Permission } from './weir-function.ts';

const everyService = arnOf('ecs', 'service/*');

/**
 * Read only, and without a condition on the tag: one service of ten that lost it would fail the call for the
 * others.
 */
export const describeServices: Permission = {
  actions: ['ecs:DescribeServices'],
  resources: [everyService],
  wildcardBecause:
    'Services are tagged after the deployment, and one that has just lost its tag or was deleted must be ' +
    'seen to be retired. The call only reads.',
};

/**
 * DescribeServices with tags needs it: a call that includes tags is authorized for listing them too
 * (https://github.com/jenkinsci/amazon-ecs-plugin/pull/306 met the refusal).
 */
export const readServiceTags: Permission = {
  actions: ['ecs:ListTagsForResource'],
  resources: [everyService],
  wildcardBecause: 'Which services are tagged is what discover finds out. The call only reads.',
};

/** For services that ask for it (weir:protect): which of their tasks must not be stopped. */
export const readTaskProtection: readonly Permission[] = [
  {
    actions: ['ecs:ListTasks'],
    resources: ['*'],
    wildcardBecause:
      'It lists by container instance, of which Fargate has none to name. The call only reads.',
  },
  {
    actions: ['ecs:GetTaskProtection'],
    resources: [arnOf('ecs', 'task/*')],
    wildcardBecause: 'Tasks come and go after the deployment. The call only reads.',
  },
];

/** Only where the service says so itself, at the moment of the call. */
export const updateServices: Permission = {
  actions: ['ecs:UpdateService'],
  resources: [everyService],
  conditions: { StringEquals: { [`aws:ResourceTag/${managedTag}`]: [...updatableTagValues] } },
  wildcardBecause:
    'Services are tagged after the deployment. The condition admits only those whose tag allows it.',
};

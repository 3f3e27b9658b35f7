import {
  Card,
  CardBody,
  Tab,
  TabContentBody,
  Tabs,
  TabTitleText,
  Title,
} from '@patternfly/react-core'
import { useState } from 'react'
import logo from '../shell/waybill.svg'
import { PasswordForm } from './password-form.tsx'
import { TokenForm } from './token-form.tsx'

/** The form that is shown, at any address, to a browser without a session. */
export function SignInPage() {
  const [way, setWay] = useState<'password' | 'token'>('password')
  return (
    <main className="sign-in">
      <Card className="sign-in-card">
        <CardBody>
          <div className="sign-in-head">
            <img src={logo} alt="" width="40" height="40" />
            <Title headingLevel="h1" size="2xl">
              Sign in to Waybill
            </Title>
          </div>
          <p className="quiet">The audit log of your container platform.</p>
          <Tabs
            activeKey={way}
            onSelect={(_event, key) => setWay(key === 'token' ? 'token' : 'password')}
            aria-label="Ways to sign in"
          >
            <Tab eventKey="password" title={<TabTitleText>Name and password</TabTitleText>}>
              <TabContentBody hasPadding>
                <PasswordForm />
              </TabContentBody>
            </Tab>
            <Tab eventKey="token" title={<TabTitleText>Token</TabTitleText>}>
              <TabContentBody hasPadding>
                <TokenForm />
              </TabContentBody>
            </Tab>
          </Tabs>
        </CardBody>
      </Card>
    </main>
  )
}
